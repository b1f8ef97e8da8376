/** One TensorFlow wheel: what pip is asked for and what of it is kept. */
export interface Wheel {
  /** `linux-x64`, … as Node names platform and processor. */
  readonly platform: string;
  readonly gpu: boolean;
  /** Name on the Python package index. */
  readonly project: string;
  readonly version: string;
  readonly sha256: string;
  /** Bytes of the wheel, and of the libraries unpacked: what the disk must hold at once. */
  readonly bytes: number;
  readonly unpackedBytes: number;
  /** Platform tags, most wanted first. */
  readonly tags: readonly string[];
  /** The C API's library and the one it needs, as the wheel names them. */
  readonly libraries: readonly [string, string];
}

const VERSION = '2.21.0';
const LINUX = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const;
const MAC = ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'] as const;

/** The Python version the wheels are for: any would do, since nothing of Python runs. */
export const PYTHON = { version: '3.12', abi: 'cp312' } as const;

/**
 * The wheels that carry a TensorFlow library. Windows has none that stands alone: its library is linked against Python's.
 * Tried: linux-x64 without GPU. Expected to work: the others.
 */
export const WHEELS: readonly Wheel[] = [
  {
    platform: 'linux-x64',
    gpu: false,
    project: 'tensorflow-cpu',
    version: VERSION,
    sha256: 'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
    bytes: 274_000_871,
    unpackedBytes: 853_308_936,
    tags: ['manylinux_2_27_x86_64', 'manylinux2014_x86_64'],
    libraries: LINUX,
  },
  {
    platform: 'linux-x64',
    gpu: true,
    project: 'tensorflow',
    version: VERSION,
    sha256: 'b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0',
    // the CUDA libraries that come beside it are about 2.5 GB packed and 5 GB unpacked
    bytes: 3_100_000_000,
    unpackedBytes: 6_300_000_000,
    tags: ['manylinux_2_27_x86_64', 'manylinux2014_x86_64'],
    libraries: LINUX,
  },
  {
    platform: 'linux-arm64',
    gpu: false,
    project: 'tensorflow',
    version: VERSION,
    sha256: 'b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552',
    bytes: 281_946_471,
    unpackedBytes: 883_062_208,
    tags: ['manylinux_2_27_aarch64', 'manylinux2014_aarch64'],
    libraries: LINUX,
  },
  {
    platform: 'darwin-arm64',
    gpu: false,
    project: 'tensorflow',
    version: VERSION,
    sha256: '56ecd7d47429acbe1df2694d50b75bf9fc3995ac92cb367cd9af6c4780ead712',
    bytes: 223_488_205,
    unpackedBytes: 740_805_624,
    tags: ['macosx_12_0_arm64'],
    libraries: MAC,
  },
];

/** The wheels for a machine, most wanted first: with a GPU, the GPU's and then the processor's. */
export function wheelsFor(platform: string, gpu: boolean): Wheel[] {
  const mine = WHEELS.filter((wheel) => wheel.platform === platform && (gpu || !wheel.gpu));
  return mine.sort((a, b) => Number(b.gpu) - Number(a.gpu));
}

/** This machine, as the table names it. */
export const PLATFORM = `${process.platform}-${process.arch}`;
