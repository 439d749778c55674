import { resolve } from 'node:path';

/** The root of the repository; the same depth from `src` and from `dist`. */
export const REPOSITORY = resolve(__dirname, '../../..');
