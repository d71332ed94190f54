export default { title: 'broadcasts' } as const;
