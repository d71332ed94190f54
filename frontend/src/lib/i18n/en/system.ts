export default {
  title: 'System health'
} as const;
