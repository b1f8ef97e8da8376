export { jsBackend } from './js-backend.js';
