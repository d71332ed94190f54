export default {
  title: 'New broadcast'
} as const;
