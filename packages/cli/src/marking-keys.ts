import { ModalkitError } from '@modalkit/core';

/** Labels of the keys that begin and end events. */
export type MarkingKeys = ReadonlyMap<string, string>;

const FLAG = /^(space|\P{C})=(.+)$/su;
const CTRL_C = '\u0003';

/** @param flags `<key>=<label>` each; `space` is the space bar. @throws ModalkitError USAGE when one is none */
export function parseKeys(flags: readonly string[]): MarkingKeys {
  const keys = new Map<string, string>();
  for (const flag of flags) {
    const [, word, label] = FLAG.exec(flag) ?? [];
    if (!word || !label)
      throw new ModalkitError('USAGE', `--key ${flag}: write <key>=<label>, one character, such as b=bearing.`);
    const key = word === 'space' ? ' ' : word;
    if (keys.has(key))
      throw new ModalkitError('USAGE', `--key ${flag}: the key has the label "${keys.get(key)}" already.`);
    keys.set(key, label);
  }
  return keys;
}

/**
 * Calls `press` with the label of each key: of a terminal at once, of a pipe as they come.
 * @returns what ends it and gives the terminal back
 */
export function listenToKeys(keys: MarkingKeys, press: (label: string) => void): () => void {
  const { stdin } = process;
  const hear = (text: string) => {
    for (const key of text) {
      const label = keys.get(key);
      if (label !== undefined) press(label);
      // A terminal that hands over single keys hands over this one too.
      else if (key === CTRL_C && stdin.isTTY) process.kill(process.pid, 'SIGINT');
    }
  };
  if (stdin.isTTY) stdin.setRawMode(true);
  stdin.setEncoding('utf8').on('data', hear);
  return () => {
    stdin.off('data', hear).pause();
    if (stdin.isTTY) stdin.setRawMode(false);
  };
}
