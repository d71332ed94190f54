import '@testing-library/jest-dom/vitest';
import { loadLocale } from '$lib/i18n';

await loadLocale('en');
