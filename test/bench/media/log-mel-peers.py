"""Log-mel spectrograms by librosa and torchaudio. Reads a peer's name a line, answers with seconds and the mean, or nothing
when the peer isn't there. Arguments: a file of float32 samples, rate, window, hop, mels."""

import json
import sys
import time

import numpy as np

path, rate, fft_size, hop, mels = sys.argv[1], *map(int, sys.argv[2:6])
signal = np.fromfile(path, dtype=np.float32)


def whisper_range(log, largest):
    return (np.maximum(log, largest - 8) + 4) / 4


def librosa_peer():
    import librosa

    def run():
        mel = librosa.feature.melspectrogram(y=signal, sr=rate, n_fft=fft_size, hop_length=hop, n_mels=mels, pad_mode="reflect")
        log = np.log10(np.maximum(mel[:, :-1], 1e-10))
        return whisper_range(log, log.max())

    return run


def torchaudio_peer():
    import torch
    import torchaudio

    torch.set_num_threads(1)
    wave = torch.from_numpy(signal)
    transform = torchaudio.transforms.MelSpectrogram(
        sample_rate=rate, n_fft=fft_size, hop_length=hop, n_mels=mels, norm="slaney", mel_scale="slaney"
    )

    def run():
        with torch.inference_mode():
            log = torch.clamp(transform(wave)[:, :-1], min=1e-10).log10()
            return ((torch.maximum(log, log.max() - 8) + 4) / 4).numpy()

    return run


peers = {}
for name, make in (("librosa", librosa_peer), ("torchaudio", torchaudio_peer)):
    try:
        peers[name] = make()
        peers[name]()
    except (ImportError, OSError):
        peers.pop(name, None)
print(json.dumps(sorted(peers)), flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    result = peers[line.strip()]()
    print(json.dumps([time.perf_counter() - start, float(result.mean())]), flush=True)
