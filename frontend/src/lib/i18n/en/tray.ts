export default { title: 'tray' } as const;
