const WORDS = ['workspace:', 'catalog:', 'link:', 'file:', 'modalkit-src'];
const AT_INSTALL = ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare'];

/** Words of the workspace that mean nothing outside of it. */
export function workspaceWords(manifest: Readonly<Record<string, unknown>>): string[] {
  const text = JSON.stringify(manifest);
  return WORDS.filter((word) => text.includes(word));
}

/** Scripts that would run on a user's machine. */
export function installScripts({ scripts = {} }: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(scripts as object).filter((name) => AT_INSTALL.includes(name));
}
