export default { title: 'result' } as const;
