import { cancel, select, text } from '@clack/prompts';
import type { PluginWish } from './create-plugin.js';
import { checkModality, checkPackageName, modalityOf } from './package-name.js';
import { PLUGIN_TEMPLATES } from './plugin-templates.js';

/** Asks a person for what the flags leave open. Ctrl-C ends the process with 130. */
export async function askWish({ name, modality, template, folder }: Partial<PluginWish>): Promise<PluginWish> {
  const chosen =
    name ??
    (await answer(
      text({
        message: 'Name of the package on npm',
        placeholder: '@you/thermal',
        validate: (given) => complaint(() => checkPackageName(given ?? '')),
      }),
    ));
  const word =
    modality ??
    (await answer(
      text({
        message: 'Name of its factory in a config',
        initialValue: modalityOf(chosen),
        validate: (given) => complaint(() => checkModality(given ?? '')),
      }),
    ));
  const kind =
    template ??
    (await answer(
      select({
        message: 'Template',
        options: Object.entries(PLUGIN_TEMPLATES).map(([value, hint]) => ({ value, hint })),
        initialValue: 'modality',
      }),
    ));
  return { name: chosen, modality: word, template: kind, folder };
}

async function answer(asked: Promise<string | symbol>): Promise<string> {
  const given = await asked;
  if (typeof given === 'string') return given;
  cancel('Nothing was written.');
  process.exit(130);
}

function complaint(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
