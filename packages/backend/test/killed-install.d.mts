import type { InstallPart } from '../src/install-part.js';

export const count: number;
export const installParts: InstallPart[];
