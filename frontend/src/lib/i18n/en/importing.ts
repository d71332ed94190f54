export default {
  title: 'Import recipients'
} as const;
