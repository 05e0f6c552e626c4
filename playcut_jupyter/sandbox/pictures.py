"""Pictures of a prompt in a cut-paper style: a sky, layers of terrain, and the subject among them."""

import hashlib
import zlib
from io import BytesIO

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from playcut_jupyter.sandbox.drawing.canvas import Picture, Size, flatten
from playcut_jupyter.sandbox.drawing.caption import caption_note, caption_patches
from playcut_jupyter.sandbox.drawing.scene import scene_layers
from playcut_jupyter.sandbox.drawing.scene_spec import parse_prompt
from playcut_jupyter.sandbox.drawing.styles import apply_style

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">\
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" \
xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" Iptc4xmpExt:DigitalSourceType=\
"http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia"/></rdf:RDF></x:xmpmeta>\
<?xpacket end="r"?>"""


def render(prompt: str, size: Size, seed: int | None = None) -> Picture:
    """Draw a prompt: the scene, its style, the prompt as a caption, and the badge."""
    spec = parse_prompt(prompt, seed)
    # A larger scene is drawn smaller and enlarged: its edges stay smooth, and only the caption gains from more pixels.
    scale = min(1.0, (1440 if max(size) > 2048 else 2048) / max(size))
    drawn_size = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
    picture = apply_style(flatten(scene_layers(spec, drawn_size)), spec)
    if drawn_size != size:
        method = Image.Resampling.NEAREST if spec.style == "pixel" else Image.Resampling.BICUBIC
        picture = picture.resize(size, method)
    for patch, corner in caption_patches(prompt, size):
        picture.paste(patch, corner, patch)
    return picture


def render_pattern(prompt: str, size: Size, seed: int | None = None) -> Picture:
    """Fill a size with four by four squares, whose colours are a hash of prompt and seed: a tiny picture for tests."""
    colours = hashlib.shake_256(f"{seed or 0}|{prompt}".encode("utf-8", "replace")).digest(4 * 4 * 3)
    return Image.frombytes("RGB", (4, 4), colours).resize(size, Image.Resampling.NEAREST)


def encode_png(picture: Picture, note: str, *, has_caption: bool = False) -> bytes:
    """Write a PNG with provenance in its metadata: how it was made, by an algorithm, and where its caption is."""
    metadata = PngInfo()
    metadata.add_itxt("parameters", note.encode("utf-8", "replace").decode())
    if has_caption:
        metadata.add_itxt("caption", caption_note(picture.size))
    metadata.add_itxt("XML:com.adobe.xmp", _XMP)
    file = BytesIO()
    # Run-length compression alone: on smooth scenes as small as the default, in half the time.
    picture.save(file, "PNG", pnginfo=metadata, compress_type=zlib.Z_RLE)
    return file.getvalue()
