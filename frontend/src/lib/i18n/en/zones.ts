export default {
  Tokyo: 'Tokyo',
  Seoul: 'Seoul',
  Taipei: 'Taipei',
  Shanghai: 'Shanghai',
  Hong_Kong: 'Hong Kong',
  Singapore: 'Singapore',
  Kuala_Lumpur: 'Kuala Lumpur',
  Bangkok: 'Bangkok',
  Jakarta: 'Jakarta',
  Ho_Chi_Minh: 'Ho Chi Minh City',
  Kolkata: 'Kolkata',
  Sydney: 'Sydney',
  London: 'London',
  Berlin: 'Berlin',
  New_York: 'New York',
  Los_Angeles: 'Los Angeles',
  UTC: 'UTC'
} as const;
