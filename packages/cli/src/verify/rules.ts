interface Rule {
  readonly level: 'error' | 'warning';
  readonly why: string;
  readonly fix: string;
  /** Cannot be silenced: nobody could use such a package. */
  readonly must?: true;
}

const error = (why: string, fix: string): Rule => ({ level: 'error', why, fix });
const warning = (why: string, fix: string): Rule => ({ level: 'warning', why, fix });
const must = (why: string, fix: string): Rule => ({ level: 'error', why, fix, must: true });

/** Every kind of finding, by its id. */
export const RULES = {
  contract: must(
    'a project must know before it imports a plugin whether the two speak one contract',
    'write "modalkit": { "contract": 1 } into package.json, the number that your @modalkit/contract has as CONTRACT',
  ),
  'contracts-differ': must(
    'two numbers of the contract in one project cannot be composed',
    'build against one version of @modalkit/contract, and state its number',
  ),
  brand: must(
    'a config takes only what definePlugin, or definePluginSet, of @modalkit/contract makes',
    'export the factory that definePlugin returns',
  ),
  'npm-install': must('people install it like this', 'correct its dependencies until npm installs the tarball'),
  'pnpm-install': must('people install it like this', 'correct its dependencies until pnpm installs the tarball'),
  import: must('what cannot be imported cannot be composed', 'build before packing, and declare every dependency'),
  weights: must(
    'a project that composes it would begin with damaged or wrong weights, or with none',
    'run `modalkit export` again, and keep its folder in "files" of package.json',
  ),
  kit: must(
    'a plugin that breaks the contract fails in the middle of a training',
    'run npm test, and correct what it names',
  ),
  workspace: error(
    'workspace:, catalog:, link: and file: mean nothing outside of your workspace',
    'pack with the package manager of the workspace, or write a version',
  ),
  'install-script': error(
    'it would run on the machine of everyone who installs the plugin, and many switch such scripts off',
    'ship what is built, and remove the script',
  ),
  secret: error('what is published can be read by all, for ever', 'remove it, and revoke it where it was made'),
  undeclared: error(
    'a strict package manager does not find what package.json does not name',
    'add it to dependencies or peerDependencies',
  ),
  'too-large': error(
    'registries refuse packages of this size',
    'write weights elsewhere with `modalkit export --to <folder>`, and have projects name that folder and its hash in `pretrained`',
  ),
  publint: error('Node, bundlers and TypeScript read these fields', 'see publint.dev/rules'),
  types: error(
    'people who compose it in TypeScript get no types, or wrong ones',
    'see the name of the problem at arethetypeswrong.github.io',
  ),
  licence: error('without a licence nobody may use it', 'state "license" in package.json, and pack a LICENSE file'),
  tests: warning('nobody who installs it runs them', 'list what is published in "files" of package.json'),
  'no-tests': warning(
    'no test file imports @modalkit/conformance, so that nothing shows that the plugin keeps the contract',
    'add test/conformance.test.ts, as the templates have it',
  ),
  duplicate: warning(
    'two copies cost memory, and their types do not fit each other',
    'name @modalkit/contract by the range that @modalkit/core has, and @tensorflow/tfjs-core in peerDependencies alone',
  ),
  unused: warning('it is installed for nothing', 'remove it, or move it to devDependencies'),
  'model-card': error(
    'nobody can tell what the weights were trained on, and under which licence they are',
    'run `modalkit export` again, which writes one',
  ),
  keyword: warning('people find plugins by it', 'add "modalkit-plugin" to "keywords" in package.json'),
  size: warning('everyone who installs it waits for it', 'look what "files" of package.json packs'),
  readme: warning('the page at the registry is empty', 'write a README.md with the options and an example'),
} as const satisfies Record<string, Rule>;

export type RuleId = keyof typeof RULES;
