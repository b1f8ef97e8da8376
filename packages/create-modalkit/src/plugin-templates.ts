import { UsageError } from './usage-error.js';

/** What a plugin can be started from, and what each is for. */
export const PLUGIN_TEMPLATES = {
  modality: 'samples become tokens: the smallest complete modality',
  stream: 'a device: a live source, and its recordings as an input',
  features: 'a frozen ONNX model prepares the samples: only a projector trains',
  extension: 'a fusion and an objective',
} as const;

export type PluginTemplate = keyof typeof PLUGIN_TEMPLATES;

/** @throws UsageError that lists the templates */
export function checkTemplate(name: string): PluginTemplate {
  if (Object.hasOwn(PLUGIN_TEMPLATES, name)) return name as PluginTemplate;
  throw new UsageError(
    `There is no template ${JSON.stringify(name)}; there are: ${Object.keys(PLUGIN_TEMPLATES).join(', ')}.`,
  );
}
