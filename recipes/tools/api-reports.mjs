// npm run api      writes test/packaging/api/<package>.api.md anew: the public types of every package, as API Extractor sees them
// Without --update it says which packages' types are no longer those of their report, and exits with 1.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { buildTypes } from '../build.mjs';
import { filesBelow, hashFiles, ROOT, workspacePackages } from './packages.mjs';
import { readState, updateState } from './setup-state.mjs';

const REPORTS = join(ROOT, 'test', 'packaging', 'api');
const TEMPORARY = join(ROOT, '.setup', 'api');
const SILENT = { default: { logLevel: 'none' } };
const COMPILER = { module: 'ESNext', moduleResolution: 'Bundler', target: 'ES2022', strict: true, skipLibCheck: true };

const packages = workspacePackages()
  .filter(({ manifest }) => manifest.scripts?.build)
  .map(({ folder, manifest }) => ({ folder, name: manifest.name.replace('@modalkit/', '') }));

/** True when the report is that of the package's types; with `update` it is made so. */
function agrees({ folder, name }, update) {
  const entry = join(folder, 'dist', 'index.d.ts');
  const configObject = {
    projectFolder: folder,
    mainEntryPointFilePath: entry,
    compiler: { overrideTsconfig: { compilerOptions: { ...COMPILER, types: ['node'] }, files: [entry] } },
    apiReport: { enabled: true, reportFolder: REPORTS, reportTempFolder: TEMPORARY, reportFileName: name },
    newlineKind: 'lf',
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    messages: {
      compilerMessageReporting: SILENT,
      extractorMessageReporting: SILENT,
      tsdocMessageReporting: SILENT,
    },
  };
  const config = ExtractorConfig.prepare({ configObject, packageJsonFullPath: join(folder, 'package.json') });
  const messageCallback = (message) => {
    message.handled = true;
  };
  return !Extractor.invoke(config, { localBuild: update, messageCallback }).apiReportChanged;
}

/** Of a package's declarations and its report: the same again need not be looked at again. */
function hashOf({ folder, name }) {
  const declarations = filesBelow(join(folder, 'dist')).filter((file) => file.endsWith('.d.ts'));
  const report = join(REPORTS, `${name}.api.md`);
  return existsSync(report) ? hashFiles([...declarations, report]) : undefined;
}

const update = process.argv.includes('--update');
await buildTypes();
for (const folder of [REPORTS, TEMPORARY]) mkdirSync(folder, { recursive: true });
const changed = [];
for (const each of packages) {
  const { api = {} } = readState();
  if (api[each.name] !== undefined && api[each.name] === hashOf(each)) continue;
  const same = agrees(each, update);
  if (!same) changed.push(each.name);
  if (same || update) updateState({ api: { ...readState().api, [each.name]: hashOf(each) } });
}
if (changed.length === 0) console.log('the public types are those of the reports');
else if (update) console.log(`written: ${changed.map((name) => `test/packaging/api/${name}.api.md`).join(', ')}`);
else {
  const first = join(TEMPORARY, `${changed[0]}.api.md`);
  const [before, now] = [join(REPORTS, `${changed[0]}.api.md`), first].map((file) =>
    existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [],
  );
  const line = now.find((text) => !before.includes(text)) ?? before.find((text) => !now.includes(text));
  console.error(
    `The public types of ${changed.join(', ')} are not those of test/packaging/api (${changed[0]}: "${line?.trim()}"); if that is meant, run \`npm run api\` and say it in a changeset.`,
  );
  process.exitCode = 1;
}
