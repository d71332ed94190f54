export type Count = 'new' | 'changed' | 'same' | 'wrong' | 'missing';
