// node first-answer.mjs <run>: loads it, asks it once, and prints when the answer came, in ms from the start of Node, and what it took of processors.
import { load } from 'modalkit';

const began = performance.now();
const notices = [];
const model = await load(process.argv[2], { files: false, notice: (sentence) => notices.push(sentence) });
const loadedMs = performance.now() - began;
const { match } = await model.classify({ claim: 'the digit two' });
if (match === undefined) throw new Error('The model has not answered.');
const { user, system } = process.cpuUsage();
const backend = notices.find((sentence) => sentence.startsWith('Backend: ')).slice(9);
console.log(
  JSON.stringify({ firstAnswerMs: performance.now(), cpuMs: (user + system) / 1000, loadMs: loadedMs, backend }),
);
await model.dispose();
