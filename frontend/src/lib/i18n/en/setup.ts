export default { title: 'setup' } as const;
