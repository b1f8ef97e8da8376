/** Formats that are decoded. SVG is not among them: it may name files and addresses outside of itself. */
export type PictureFormat = 'png' | 'jpeg' | 'webp' | 'gif' | 'tiff' | 'avif';

/** How many bytes `pictureFormat` looks at. */
export const SIGNATURE_BYTES = 64;

/** Format of a picture by its first bytes, whatever its file is called; undefined for anything else. */
export function pictureFormat(bytes: Uint8Array): PictureFormat | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, SIGNATURE_BYTES));
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (head.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (head.startsWith('RIFF') && head.startsWith('WEBP', 8)) return 'webp';
  if (head.startsWith('GIF87a') || head.startsWith('GIF89a')) return 'gif';
  if (head.startsWith('II*\0') || head.startsWith('MM\0*')) return 'tiff';
  return head.startsWith('ftyp', 4) && /avi[fs]/.test(head) ? 'avif' : undefined;
}
