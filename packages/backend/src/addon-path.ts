/** Where an installation keeps the addons; their run path is `deps/lib` beside that folder. */
export const ADDON_FOLDER = 'addon';
/** The addon between Node and TensorFlow. */
export const BINDING = 'addon/tfjs_binding.node';
/** The one loaded before it, which sets how much TensorFlow logs. */
export const QUIET = 'addon/quiet.node';
