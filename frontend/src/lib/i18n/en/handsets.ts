export default {
  title: 'Simulated handsets'
} as const;
