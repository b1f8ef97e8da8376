/** Bytes of a file's start that tell what it is. */
export const SNIFFED = 1024;

/**
 * The one demuxer of ffmpeg that may read a file which begins like this; undefined when none may. Only containers that
 * hold their media themselves are here: none that names other files or addresses.
 */
export function sniffDemuxer(start: Uint8Array): string | undefined {
  const text = Buffer.from(start).toString('latin1');
  const sign = SIGNS.find(({ has }) => has.every(([at, word]) => text.startsWith(word, at)));
  return sign?.demuxer ?? mpegAudio(start);
}

/** What a file is that names other files. */
export function sniffPlaylist(start: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(start).trimStart();
  return PLAYLISTS.find(([sign]) => sign.test(text))?.[1];
}

interface Sign {
  readonly demuxer: string;
  /** Words and where they stand. */
  readonly has: readonly (readonly [at: number, word: string])[];
}

const SIGNS: readonly Sign[] = [
  ...['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip'].map((box) => sign('mov', [4, box])),
  sign('matroska', [0, '\x1aE\xdf\xa3']),
  ...['RIFF', 'RF64', 'BW64'].map((chunk) => sign('wav', [0, chunk], [8, 'WAVE'])),
  sign('avi', [0, 'RIFF'], [8, 'AVI ']),
  sign('ogg', [0, 'OggS']),
  sign('flac', [0, 'fLaC']),
  ...['AIFF', 'AIFC'].map((kind) => sign('aiff', [0, 'FORM'], [8, kind])),
  sign('caf', [0, 'caff']),
  sign('amr', [0, '#!AMR']),
  sign('flv', [0, 'FLV\x01']),
  sign('gif', [0, 'GIF8']),
  sign('yuv4mpegpipe', [0, 'YUV4MPEG2 ']),
  sign('asf', [0, '0&\xb2u\x8ef\xcf\x11']),
  sign('mpeg', [0, '\0\0\x01\xba']),
  sign('mpegts', [0, 'G'], [188, 'G'], [376, 'G']),
  sign('mp3', [0, 'ID3']),
];

const PLAYLISTS: readonly (readonly [RegExp, string])[] = [
  [/^#EXTM3U/, 'an HLS playlist'],
  [/^ffconcat version/, 'an ffconcat list'],
  [/^(?:<\?xml[^>]*>\s*)?<MPD\b/, 'a DASH manifest'],
  [/^\[playlist\]/i, 'a playlist'],
  [/^v=0\r?\n/, 'an SDP session'],
];

function sign(demuxer: string, ...has: Sign['has']): Sign {
  return { demuxer, has };
}

/** Eleven bits of sync; then the bits of the layer, which are 0 in AAC. */
function mpegAudio([first = 0, second = 0]: Uint8Array): string | undefined {
  if (first !== 0xff || (second & 0xe0) !== 0xe0) return undefined;
  if ((second & 0x06) !== 0) return 'mp3';
  return (second & 0xf0) === 0xf0 ? 'aac' : undefined;
}
