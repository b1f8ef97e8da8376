import { isModalkitError } from '@modalkit/contract';
import { broken, type OptionsBench, type Promised, sayOf } from '../../promised.js';

/** No option is called so, and none is a function. */
const UNKNOWN = 'noSuchOption';
const wrong = () => undefined;

export const optionsAreRefusedByName: Promised<unknown, OptionsBench> = {
  id: 'options-are-refused-by-name',
  title: 'a wrong or unknown option is refused by its name, with code OPTIONS',
  check({ part: { options }, given: { plugin, wrongOptions = [] } }) {
    const names = typeof options === 'object' && options !== null ? Object.keys(options) : [];
    for (const name of [UNKNOWN, ...names]) {
      const said = refusal(plugin.factory, { [name]: wrong }, `{ ${name}: a function }`);
      if (!said.includes(name))
        broken(
          `The option "${name}" is refused without its name ("${said}"): parse options by a strict schema with parseOptions.`,
        );
    }
    for (const given of wrongOptions) refusal(plugin.factory, given, JSON.stringify(given));
  },
};

function refusal(factory: unknown, options: unknown, shown: string): string {
  try {
    (factory as (options: unknown) => unknown)(options);
  } catch (error) {
    if (isModalkitError(error) && error.code === 'OPTIONS') return error.message;
    broken(
      `The options ${shown} are refused with ${sayOf(error)}; throw a ModalkitError of code OPTIONS, as parseOptions does.`,
      error,
    );
  }
  return broken(`The options ${shown} are accepted; parse options by a strict schema with parseOptions.`);
}
