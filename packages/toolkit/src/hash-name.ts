/** 32-bit FNV-1a hash of a name's UTF-8 bytes: turns a purpose into a key for the random generator. */
export function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
