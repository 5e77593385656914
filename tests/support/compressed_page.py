"""All files of the page, compressed by the import of this module: every gateway that is forked
then has them."""

from gateway.assets import Assets
from gateway.context import BUNDLE, STATIC
from gateway.negotiation import ENCODINGS
from tests.support import compressed_once as compressed_once

_page = Assets(STATIC, BUNDLE)
for _folder in (STATIC, BUNDLE):
    for _path in _folder.rglob("*"):
        _asset = _page.find(_path.relative_to(_folder).as_posix())
        if _asset and _asset.is_text:
            for _encoding in ENCODINGS:
                _asset.encoded(_encoding)
