"""Makes log-mel.json: log-mel spectrograms by Whisper's definition, computed with NumPy in float64 and librosa's filters.

    python -m venv /tmp/venv && /tmp/venv/bin/pip install librosa
    /tmp/venv/bin/python make-log-mel.py > log-mel.json
"""

import json

import librosa
import numpy as np


def signal(rate, count):
    """A rising tone and noise by a linear congruential generator; silence from three quarters on."""
    time = np.arange(count) / rate
    state, noise = 1, np.empty(count)
    for i in range(count):
        state = (1664525 * state + 1013904223) % 2**32
        noise[i] = state / 2**31 - 1
    loud = 0.5 * np.sin(2 * np.pi * (300 + 4000 * time) * time) + 0.1 * noise
    loud[count * 3 // 4 :] = 0
    return loud.astype(np.float32)


def whisper_log_mel(x, rate, fft_size, hop, mels):
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(fft_size) / fft_size)
    padded = np.pad(x.astype(np.float64), fft_size // 2, mode="reflect")
    count = 1 + (len(padded) - fft_size) // hop
    frames = np.stack([padded[i * hop : i * hop + fft_size] * window for i in range(count)])
    power = np.abs(np.fft.rfft(frames)[:-1]) ** 2
    filters = librosa.filters.mel(sr=rate, n_fft=fft_size, n_mels=mels, dtype=np.float64)
    log = np.log10(np.maximum(power @ filters.T, 1e-10))
    return (np.maximum(log, log.max() - 8) + 4) / 4


CASES = [
    dict(rate=16000, fftSize=400, hop=160, mels=80, count=2080),
    dict(rate=8000, fftSize=200, hop=80, mels=24, count=960),
    dict(rate=48000, fftSize=1024, hop=480, mels=64, count=4800),
    dict(rate=22050, fftSize=882, hop=220, mels=20, count=2200),
    dict(rate=16000, fftSize=270, hop=100, mels=16, count=900),
]

for case in CASES:
    mel = whisper_log_mel(
        signal(case["rate"], case["count"]), case["rate"], case["fftSize"], case["hop"], case["mels"]
    )
    case["frames"] = [[round(float(value), 6) for value in frame] for frame in mel]
print(json.dumps(CASES))
