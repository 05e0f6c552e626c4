"""The storage: signed URLs that expire, and byte ranges."""

from __future__ import annotations

import httpx
import pytest

from .conftest import Call, until


class TestStorage:
    def test_it_is_a_separate_origin_and_counts_keys(self, call: Call) -> None:
        caller = call()
        url = caller.url(caller.assets("a fox [wrong-type]")[0])
        assert url.startswith(caller.sandbox.storage_url + "/")
        assert httpx.URL(caller.sandbox.storage_url).port != httpx.URL(caller.sandbox.base_url).port
        assert caller.fetch(url).is_success
        assert caller.sandbox.leaked_authorization == 0
        caller.http.get(url)
        assert caller.sandbox.leaked_authorization == 1

    @pytest.mark.parametrize(
        ("header", "status", "part"),
        [
            ("bytes=0-9", 206, slice(0, 10)),
            ("bytes=10-", 206, slice(10, None)),
            ("bytes=-7", 206, slice(-7, None)),
            ("bytes=5-999999999", 206, slice(5, None)),
            ("bytes=-999999999", 206, slice(None)),
            ("bytes=3-2", 200, slice(None)),
            ("bytes=0-1,4-5", 200, slice(None)),
            ("bytes=-", 200, slice(None)),
            ("pages=1-2", 200, slice(None)),
        ],
    )
    def test_ranges(self, call: Call, header: str, status: int, part: slice) -> None:
        caller = call()
        url = caller.url(caller.assets("a fox [wrong-type]")[0])
        whole = caller.fetch(url)
        response = caller.fetch(url, headers={"Range": header})
        assert response.status_code == status
        assert response.content == whole.content[part]
        assert response.headers["content-length"] == str(len(response.content))
        if status == 206:
            first, end, _ = part.indices(len(whole.content))
            assert response.headers["content-range"] == f"bytes {first}-{end - 1}/{len(whole.content)}"

    def test_a_range_beyond_the_end(self, call: Call) -> None:
        caller = call()
        url = caller.url(caller.assets("a fox [wrong-type]")[0])
        size = len(caller.fetch(url).content)
        response = caller.fetch(url, headers={"Range": f"bytes={size}-"})
        assert response.status_code == 416
        assert response.headers["content-range"] == f"bytes */{size}"

    def test_a_range_of_a_file_that_has_changed(self, call: Call) -> None:
        caller = call()
        url = caller.url(caller.assets("a fox [wrong-type]")[0])
        etag = caller.fetch(url).headers["etag"]
        for if_range, status in ((etag, 206), ('"another"', 200)):
            response = caller.fetch(url, headers={"Range": "bytes=4-", "If-Range": if_range})
            assert response.status_code == status

    def test_head(self, call: Call) -> None:
        caller = call()
        url = caller.url(caller.assets("a fox")[0])
        head, get = caller.fetch(url, method="HEAD"), caller.fetch(url)
        assert head.status_code == 200
        assert head.content == b""
        for name in ("content-length", "content-type", "content-disposition", "accept-ranges"):
            assert head.headers[name] == get.headers[name]
        assert get.headers["content-disposition"].endswith('.png"')

    def test_expiry(self, call: Call) -> None:
        caller = call(url_ttl_s=0.3)
        asset_id = caller.assets("a fox [wrong-type]")[0]
        url = caller.url(asset_id)
        assert caller.fetch(url).is_success
        until(lambda: caller.fetch(url).status_code == 403)
        assert "expired" in caller.fetch(url).text
        assert caller.fetch(caller.url(asset_id)).is_success

    def test_forged_urls(self, call: Call) -> None:
        caller = call()
        one, other = caller.assets("a fox [two] [wrong-type]")
        url = httpx.URL(caller.url(one))
        later = url.copy_set_param("Expires", str(int(url.params["Expires"]) + 60_000))
        swapped = httpx.URL(str(url).replace(one, other))
        unsigned = url.copy_remove_param("Signature")
        for forged in (later, swapped, unsigned):
            response = caller.fetch(forged)
            assert response.status_code == 403
            assert response.headers["content-type"] == "application/xml"
            assert "SignatureDoesNotMatch" in response.text
        assert caller.fetch(caller.sandbox.storage_url + "/somewhere").status_code == 404
        assert caller.fetch(url, method="POST").status_code == 405
