"""Pictures of a prompt, cut from paper: a sky, layers of ground, and the subject among them."""

from __future__ import annotations

import zlib
from io import BytesIO

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from playcut_jupyter.sandbox.drawing.canvas import Picture, Size, flatten
from playcut_jupyter.sandbox.drawing.caption import caption
from playcut_jupyter.sandbox.drawing.idea import understand
from playcut_jupyter.sandbox.drawing.scene import scene
from playcut_jupyter.sandbox.drawing.styles import styled

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">\
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" \
xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" Iptc4xmpExt:DigitalSourceType=\
"http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia"/></rdf:RDF></x:xmpmeta>\
<?xpacket end="r"?>"""


def render(prompt: str, size: Size, seed: int | None = None) -> Picture:
    """Draw the whole picture of a prompt: scene, style, plate and badge."""
    idea = understand(prompt, seed)
    # Beyond this the scene is enlarged: its edges stay smooth, and only the lettering gains from more pixels.
    share = min(1.0, (1440 if max(size) > 2048 else 2048) / max(size))
    drawn = (max(1, round(size[0] * share)), max(1, round(size[1] * share)))
    picture = styled(flatten(scene(idea, drawn)), idea)
    if drawn != size:
        method = Image.Resampling.NEAREST if idea.style == "pixel" else Image.Resampling.BICUBIC
        picture = picture.resize(size, method)
    for patch, corner in caption(prompt, size):
        picture.paste(patch, corner, patch)
    return picture


def png(picture: Picture, note: str) -> bytes:
    """Write a PNG that says of itself how it was made, and that an algorithm made it."""
    about = PngInfo()
    about.add_itxt("parameters", note.encode("utf-8", "replace").decode())
    about.add_itxt("XML:com.adobe.xmp", _XMP)
    file = BytesIO()
    # Run lengths alone: on smooth scenes as small as a full search, at half the time.
    picture.save(file, "PNG", pnginfo=about, compress_type=zlib.Z_RLE)
    return file.getvalue()
