// Read from standard input by a Node whose current folder has a plugin installed: `node --input-type=module - <package>`.
// Imports it and says, as JSON on the last line, which of its exports are plugin factories and what they make.
const [FACTORY, SET] = ['plugin-factory', 'plugin-set-factory'].map((name) => Symbol.for(`modalkit/v1/${name}`));
const loaded = await import(process.argv[2]);
const factories = Object.entries(loaded)
  .filter(([, value]) => typeof value === 'function' && (value[FACTORY] || value[SET]))
  .map(([name, make]) => {
    try {
      const { id, contract, version } = make();
      return { name, id, contract, version };
    } catch (error) {
      return { name, refused: String(error?.message ?? error).split('\n')[0] }; // it has options that must be given
    }
  });
process.stdout.write(`\n${JSON.stringify({ exports: Object.keys(loaded), factories })}\n`, () => process.exit());
