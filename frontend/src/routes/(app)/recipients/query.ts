/** The filters of the list, as they stand in the address. */
export type Filters = {
  readonly q: string;
  readonly department: string;
  readonly group: string;
  readonly reachable: '' | 'true' | 'false';
};

export function filtersOf(query: URLSearchParams): Filters {
  const reachable = query.get('reachable');
  return {
    q: query.get('q') ?? '',
    department: query.get('department') ?? '',
    group: query.get('group') ?? '',
    reachable: reachable === 'true' || reachable === 'false' ? reachable : ''
  };
}

export const isFiltered = (filters: Filters): boolean => Object.values(filters).some((value) => value !== '');

/** The filters as the server reads them. */
export const listQuery = (filters: Filters) => ({
  q: filters.q || undefined,
  department: filters.department || undefined,
  group: filters.group || undefined,
  reachable: filters.reachable === '' ? undefined : filters.reachable === 'true'
});

/** The address's query with some of it changed; null takes a part away. */
export function changedQuery(
  query: URLSearchParams,
  change: Readonly<Record<string, string | null>>
): Record<string, string> {
  const next = Object.fromEntries(query);
  for (const [name, value] of Object.entries(change)) {
    if (value) next[name] = value;
    else delete next[name];
  }
  return next;
}
