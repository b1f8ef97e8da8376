/** Where an installation keeps the addon; its run path is `deps/lib` beside that folder. */
export const ADDON = 'addon/tfjs_binding.node';
