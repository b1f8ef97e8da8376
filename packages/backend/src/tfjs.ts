// tfjs-core first: its engine must be the one that the gradients, which bring a part of tfjs-core along, find.
import * as tf from '@tensorflow/tfjs-core';
// The Node build of tfjs-core registers no gradients.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';

export { tf };
