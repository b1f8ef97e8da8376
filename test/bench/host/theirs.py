"""What the host does, by its Python peers. Reads {"peer": name} a line, prepares all samples and answers [seconds, what was made], or
[null, why] where the peer cannot be imported. Argument: the folder that tasks.mjs has filled."""

import json
import os
import sys
import time
import wave

FOLDER = sys.argv[1]


def path(name):
    return os.path.join(FOLDER, name)


def read_json(name):
    with open(path(name), encoding="utf8") as file:
        return json.load(file)


def tokenizers():
    from tokenizers import Tokenizer

    tokenizer, plan = Tokenizer.from_file(path("tokenizer.json")), read_json("texts.json")

    def one(text):
        return tokenizer.encode(text, add_special_tokens=False).ids[: plan["most"]]

    return plan["samples"], one, len


def pillow():
    import numpy as np
    from PIL import Image

    plan = read_json("pictures.json")

    def one(file):
        with Image.open(path(file)) as picture:
            return covering(picture.convert("RGB"), plan["side"])

    def covering(picture, side):
        scale = side / min(picture.size)
        width, height = (round(length * scale) for length in picture.size)
        picture = picture.resize((width, height), Image.Resampling.BICUBIC)
        left, top = (width - side) // 2, (height - side) // 2
        return np.asarray(picture.crop((left, top, left + side, top + side)))

    return plan["samples"], one, lambda pixels: int(pixels.sum(dtype=np.int64))


def read_wav(file):
    import numpy as np

    with wave.open(path(file)) as sound:
        return np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2").astype(np.float32) / 32768


def librosa():
    import librosa
    import numpy as np

    plan = read_json("sounds.json")

    def one(file):
        mel = librosa.feature.melspectrogram(
            y=read_wav(file),
            sr=plan["rate"],
            n_fft=plan["fftSize"],
            hop_length=plan["hop"],
            n_mels=plan["mels"],
            pad_mode="reflect",
        )
        log = np.log10(np.maximum(mel[:, :-1], 1e-10))
        return np.maximum(log, log.max() - 8)

    return plan["samples"], one, lambda mel: float(mel.mean())


def torchaudio():
    import torch
    from torchaudio.transforms import MelSpectrogram

    plan = read_json("sounds.json")
    transform = MelSpectrogram(
        sample_rate=plan["rate"],
        n_fft=plan["fftSize"],
        hop_length=plan["hop"],
        n_mels=plan["mels"],
        norm="slaney",
        mel_scale="slaney",
    )

    def one(file):
        with torch.inference_mode():
            log = torch.clamp(transform(torch.from_numpy(read_wav(file)))[:, :-1], min=1e-10).log10()
            return torch.maximum(log, log.max() - 8)

    return plan["samples"], one, lambda mel: float(mel.mean())


def pyav():
    import av
    import numpy as np

    plan = read_json("clips.json")
    side, count = plan["side"], plan["frames"]

    def one(file):
        with av.open(path(file)) as container:
            container.streams.video[0].thread_type = "AUTO"
            frames = list(container.decode(video=0))
        chosen = [frames[int((index + 0.5) * len(frames) / count)] for index in range(count)]
        return np.stack([covering(frame) for frame in chosen])

    def covering(frame):
        width = round(frame.width * side / frame.height)
        scaled = frame.reformat(width, side, "rgb24", interpolation="BICUBIC").to_ndarray()
        left = (width - side) // 2
        return scaled[:, left : left + side]

    return plan["samples"], one, lambda pixels: int(pixels.sum(dtype=np.int64))


def numpy():
    import numpy as np

    plan = read_json("sensor.json")
    rate, channels = plan["rate"], plan["channels"]
    numbers = np.fromfile(path("sensor.bin"), dtype=np.float64).reshape(-1, rate * plan["seconds"])
    times = numbers[0]

    def one(values):
        grid = np.arange(int(np.floor(times[-1] * rate)) + 1) / rate
        points = np.stack([np.interp(grid, times, channel) for channel in values], 1).astype(np.float32)
        return np.pad(points, ((0, -len(points) % rate), (0, 0))).reshape(-1, rate, channels)

    return list(numbers[1:].reshape(-1, channels, len(times))), one, lambda windows: float(np.abs(windows).sum())


PEERS = {peer.__name__: peer for peer in (tokenizers, pillow, librosa, torchaudio, pyav, numpy)}


def main():
    opened = {}
    for line in sys.stdin:
        name = json.loads(line)["peer"]
        try:
            opened[name] = opened.get(name) or PEERS[name]()
        except (ImportError, OSError) as error:
            print(json.dumps([None, str(error)]), flush=True)
            continue
        samples, one, count = opened[name]
        start = time.perf_counter()
        made = [one(sample) for sample in samples]
        seconds = time.perf_counter() - start
        print(json.dumps([seconds, sum(count(each) for each in made)]), flush=True)


main()
