export default {
  title: 'Recipients',
  searchHint: 'Name, reading, number or employee ID',
  noneFound: 'Nobody was found.',
  moreFound: {
    one: '{n} more person; type more to narrow it down.',
    other: '{n} more people; type more to narrow it down.'
  }
} as const;
