export default {
  title: 'Recipients'
} as const;
