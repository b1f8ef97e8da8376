// Read from standard input by a Node whose current folder has a plugin installed: `node --input-type=module - <package> <options>`.
// Imports it and says, as JSON on the last line, which of its exports are plugin factories and what they make and provide.
const [FACTORY, SET] = ['plugin-factory', 'plugin-set-factory'].map((name) => Symbol.for(`modalkit/v1/${name}`));
const [, , specifier, options] = process.argv;
const loaded = await import(specifier);
const args = options === undefined ? [] : [JSON.parse(options)];
const factories = Object.entries(loaded)
  .filter(([, value]) => typeof value === 'function' && (value[FACTORY] || value[SET]))
  .map(([name, make]) => {
    try {
      const made = make(...args);
      const kind = make[SET] ? 'set' : 'plugin';
      return { name, kind, id: made.id, contract: made.contract, version: made.version, provides: providedBy(made) };
    } catch (error) {
      return { name, refused: String(error?.message ?? error).split('\n')[0] }; // it has options that must be given
    }
  });
process.stdout.write(`\n${JSON.stringify({ exports: Object.keys(loaded), factories })}\n`, () => process.exit());

function providedBy({ setup }) {
  const names = [];
  const nothing = () => undefined;
  const provide = (token) => names.push(token.name);
  try {
    setup?.({ slot: 'probe', provide, keep: nothing, get: nothing, onDispose: nothing });
  } catch {
    // it needs what another plugin provides: what it provided before stands
  }
  return names;
}
