const UPWARDS = ['..', '../x', '../../etc/x', 'a/../../x', './../x', '..\\x', '..\\..\\x', 'a\\..\\..\\x', '.../../x'];
const ABSOLUTE = [
  '/',
  '/x',
  '/etc/passwd',
  '//server/share/x',
  'C:\\x',
  'C:/x',
  '\\\\server\\share\\x',
  '\\x',
  '\\\\?\\C:\\x',
];
const ENCODED = ['%2e%2e/x', '%2e%2e%2fx', '..%2fx', '..%5cx', '..%00/x', '..\u2215x', '\u2025/x', '\uff0e\uff0e/x'];
const HOME = ['~', '~/x', '~root/x', '$HOME/x', `\${HOME}/x`, '%APPDATA%\\x'];
const SHELL = ['$(id)', '`id`', 'x;id', 'x|id', 'x&&id', 'x>y', "x'id'", 'x"id"', 'x\nid', 'x\rid', 'x\tid', '!!'];
const FLAGS = ['-y', '--yes', '-rf', '--output=/x', '--', '-'];
const BYTES = ['', ' ', '\0', 'x\0y', '../x\0.png', '\u001b[2Jx', 'x\u202egnp', '\ufeffx'];
const DEVICES = [
  'file:///etc/passwd',
  'http://127.0.0.1/x',
  'out',
  'out/x',
  'loop',
  'nowhere',
  '/dev/zero',
  '/proc/self/environ',
];
const WORDS = ['__proto__', 'constructor', 'node_modules', '.git/hooks/x', 'con', 'nul', 'x'.repeat(300)];

/** Names and paths that must lead nowhere; `out`, `loop` and `nowhere` are links out of the folder, to itself and to nothing. */
export const HOSTILE = [UPWARDS, ABSOLUTE, ENCODED, HOME, SHELL, FLAGS, BYTES, DEVICES, WORDS].flat();

/** Those that are no fault in a place: they stay in the folder, or are words like others. */
const RIGHT: Readonly<Record<string, readonly string[]>> = {
  'the folder of a package': ['.../../x', '__proto__', 'constructor'],
  'the name of a factory': ['out', 'loop', 'nowhere', 'con', 'nul'],
};

/** What must be refused in a place. */
export function hostileIn(place: string): readonly string[] {
  return HOSTILE.filter((name) => !RIGHT[place]?.includes(name));
}
