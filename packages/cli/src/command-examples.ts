const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  modalkit: ['modalkit init my-project', 'modalkit train my-project', 'modalkit query "a seven" --run runs/digits'],
  init: [
    'modalkit init my-project',
    'modalkit init scans --inputs scan=./points,caption=text',
    'modalkit init shop --inputs picture=image,caption=text',
  ],
  create: [
    'modalkit create @you/thermal',
    'modalkit create modalkit-depth --modality depth --yes',
    'modalkit create @you/gate --template extension',
  ],
  dev: ['modalkit dev', 'modalkit dev thermal --port 0'],
  export: [
    'modalkit export ../plates --adapter @you/thermal --run ../plates/runs/plates',
    'modalkit export my-project --adapter heat --to heat-weights --licence CC-BY-4.0',
    'modalkit export my-project --run runs/my-project --to model --licence Apache-2.0',
  ],
  verify: ['modalkit verify', 'modalkit verify thermal --ignore size --json'],
  publish: ['modalkit publish --dry-run', 'modalkit publish thermal --tag next --yes'],
  add: ['modalkit add @you/thermal', `modalkit add @you/thermal@^1.2.0 --as inputs/heat --options '{"channels":2}'`],
  remove: ['modalkit remove @you/thermal', 'modalkit remove @you/thermal --project my-project --yes'],
  list: ['modalkit list', 'modalkit list my-project --json'],
  migrate: ['modalkit migrate --check', 'modalkit migrate thermal'],
  train: [
    'modalkit train',
    'modalkit train recipes/digits --run runs/digits --fusion early',
    'modalkit train --set train.learningRate=0.001 --set data.batch=32 --json',
    'modalkit train --profile --eager --run runs/profile --set train.steps=70',
  ],
  compare: [
    'modalkit compare --fusion early,late,cross',
    'modalkit compare recipes/digits --fusion early,cross --metric accuracy/match --steps 300 --json',
    'modalkit compare --run runs/rates',
  ],
  eval: ['modalkit eval --run runs/digits', 'modalkit eval recipes/digits --run runs/digits --split train --json'],
  query: [
    'modalkit query "a seven"',
    'modalkit query "数字七" --top 3',
    'modalkit query some.png --to caption --run runs/digits',
    'modalkit query "a seven" --run runs/digits --index runs/digits/embedded',
  ],
  embed: [
    'modalkit embed recipes/digits/data/pictures --run runs/digits',
    'modalkit embed ~/Pictures --input picture --out pictures-index --json',
  ],
  ask: [
    'modalkit ask cat_on_bed.jpg "图中这只猫在干嘛?"',
    'modalkit ask seven.png "which digit is this?" --run runs/digits-answers --beam 4 --json',
  ],
  inspect: [
    'modalkit inspect recipes/digits',
    'modalkit inspect recipes/digits --id digit-00042 --fused --run runs/digits',
  ],
  record: [
    'modalkit record --source "sensor:/dev/ttyUSB0?format=csv&channels=x:100,y:100" --out recordings/first --seconds 30',
    'modalkit record --project my-project --out recordings/second',
    'modalkit record --project my-project --out recordings/third --machine press-1 --label normal --key b=bearing',
  ],
  slice: [
    'modalkit slice recordings/first recordings/second --length 2 --stride 1 --out recordings/windows.jsonl',
    'modalkit slice recordings/first recordings/second --length 2 --label-rule majority --background normal --group machine --hold test=press-2 --out recordings/windows.jsonl',
    'modalkit slice recordings/first --length 0.5 --split train=1 --out recordings/windows.jsonl --json',
  ],
  replay: [
    'modalkit replay recordings/first --speed 4',
    'modalkit replay recordings/first --stream sensor --speed max --json',
    'modalkit replay recordings/first --pty',
  ],
  live: [
    'modalkit live --run runs/my-project',
    'modalkit live my-project --run runs/my-project --source "motion=sensor:/dev/ttyUSB0?format=csv&channels=x:100,y:100"',
    'modalkit live --run runs/my-project --from recordings/first --speed 4 --json',
    'modalkit live --run runs/my-project --alarm jsonl --watch health --min-duration 2',
    `modalkit live --run runs/my-project --alarm exec --exec '["notify-send","Alarm"]' --alarm http --url https://service.example/alarms`,
  ],
  doctor: ['modalkit doctor', 'modalkit doctor --json'],
  backend: ['modalkit backend install', 'modalkit backend info --json'],
};

/** The examples of a command, for the end of its help. */
export function examples(name: string): string {
  return `\nExamples:\n${EXAMPLES[name]!.map((line) => `  $ ${line}`).join('\n')}\n`;
}
