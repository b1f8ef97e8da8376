"""Our weights, by name, put into the modules of theirs.py."""

import torch
from torch import nn


class OurWeights:
    """`given`: tensors by our names. Those that were not asked for are in `left`."""

    def __init__(self, given):
        self.given, self.left = given, set(given)

    def __getitem__(self, name):
        self.left.discard(name)
        return self.given[name]

    def put(self, module, name):
        with torch.no_grad():
            for key, value in self.of(module, name).items():
                getattr(module, key).copy_(value)

    def of(self, module, name):
        if isinstance(module, nn.LayerNorm):
            return {"weight": self[f"{name}/scale"], "bias": self[f"{name}/offset"]}
        kernel = self[f"{name}/kernel"]
        if isinstance(module, nn.Conv2d):
            return {"weight": kernel.permute(3, 2, 0, 1)}
        if isinstance(module, nn.Conv1d):
            fan_out, fan_in, size = module.weight.shape
            return {"weight": kernel.view(size, fan_in, fan_out).permute(2, 1, 0), "bias": self[f"{name}/bias"]}
        return {"weight": kernel.T, "bias": self[f"{name}/bias"]}

    def attention(self, module, name):
        parts = [f"{name}/{part}" for part in ("query", "key", "value")]
        with torch.no_grad():
            module.qkv.weight.copy_(torch.cat([self[f"{part}/kernel"].T for part in parts]))
            module.qkv.bias.copy_(torch.cat([self[f"{part}/bias"] for part in parts]))
        self.put(module.output, f"{name}/output")

    def mlp(self, module, name):
        self.put(module[0], f"{name}/expand")
        self.put(module[2], f"{name}/contract")

    def block(self, module, name):
        self.put(module.norm1, f"{name}/norm1")
        self.attention(module.attention, f"{name}/attention")
        self.put(module.norm2, f"{name}/norm2")
        self.mlp(module.mlp, f"{name}/mlp")

    def space_time(self, module, name):
        for norm, part in ((module.norm1, "space"), (module.norm2, "time"), (module.norm3, "mlp")):
            self.put(norm, f"{name}/{part}/norm")
        self.attention(module.space, f"{name}/space")
        self.attention(module.time, f"{name}/time")
        self.mlp(module.mlp, f"{name}/mlp")

    def stages(self, modules, pattern):
        for number, module in enumerate(modules, 1):
            name = pattern.format(number)
            for part, norm in (("reduce", module.norm1), ("refine", module.norm2)):
                self.put(getattr(module, part), f"{name}/{part}")
                self.put(norm, f"{name}/{part}/norm")
            self.put(module.shortcut, f"{name}/shortcut")

    def same(self, module, prefix, *names):
        """Tensors that both have under the same name."""
        with torch.no_grad():
            for name in names:
                getattr(module, name).copy_(self[f"{prefix}/{name}"])

    def towers(self, towers):
        image, audio, video, sensor, text = (towers[name] for name in ("image", "audio", "video", "sensor", "text"))
        self.stages(image.stages, "image/stage{}/0")
        self.stages(audio.stages, "audio/stage{}/0")
        self.stages(video.stages, "video/stage{}")
        self.same(image, "image", "mean", "std", "positions")
        self.same(audio, "audio", "mean", "std", "positions")
        self.same(video, "video", "mean", "std", "positions", "rates")
        self.same(sensor, "sensor", "positions")
        self.same(text, "text", "positions")
        for name, module in (("image", image), ("audio", audio), ("video", video)):
            self.put(module.norm, f"{name}/norm")
        self.put(audio.tokens, "audio/tokens")
        self.put(video.embed, "video/embed")
        self.space_time(video.block, "video/layer1")
        for number, stage, norm in ((1, sensor.stage1, sensor.norm1), (2, sensor.stage2, sensor.norm2)):
            self.put(stage, f"sensor/stage{number}")
            self.put(norm, f"sensor/stage{number}/norm")
        self.put(sensor.embed, "sensor/embed")
        for number, block in enumerate(sensor.blocks):
            self.block(block, f"sensor/encoder/{number}")
        self.put(sensor.norm, "sensor/encoder/norm")
        with torch.no_grad():
            text.embedding.weight.copy_(self["text/embedding"])
        self.block(text.block, "text/encoder/0")
        self.put(text.norm, "text/encoder/norm")

    def model(self, model):
        self.towers(model.towers)
        for name, align in model.align.items():
            self.put(align, f"{name}/align")
            self.same(model.absent, "fusion/absent", name)
        self.put(model.norm, "fusion/norm")
        self.mlp(model.mlp, "fusion/mlp")
        self.put(model.digit, "heads/digit/linear")
        with torch.no_grad():
            for index, (scale, (a, b)) in enumerate(zip(model.scales, model.pairs)):
                objective = "contrast" if index < len(model.pairs) - 3 else "drawing"
                scale.copy_(self[f"objectives/{objective}/logitScale/{a}+{b}"])
