import { ModalkitError } from '@modalkit/contract';

/** A package.json as it is read. */
export interface Manifest {
  modalkit?: { contract?: number };
  keywords?: string[];
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Changes a package.json and keeps its indentation and last line. @throws ModalkitError CONFIG when it is no JSON object */
export function editManifest(text: string, file: string, edit: (manifest: Manifest) => void): string {
  const manifest = parse(text, file);
  const before = JSON.stringify(manifest);
  edit(manifest);
  if (JSON.stringify(manifest) === before) return text;
  const indent = /^[ \t]+/m.exec(text)?.[0] ?? 2;
  return JSON.stringify(manifest, null, indent) + (text.endsWith('\n') ? '\n' : '');
}

function parse(text: string, file: string): Manifest {
  try {
    const manifest = JSON.parse(text);
    if (typeof manifest === 'object' && manifest !== null && !Array.isArray(manifest)) return manifest;
    throw new Error('it is no object');
  } catch (error) {
    const message = `${file}: it cannot be parsed (${(error as Error).message}); mend it first: nothing was changed.`;
    throw new ModalkitError('CONFIG', message, { file }, error);
  }
}
