"""A sandbox: the documented Playcut API on this machine, with media of its own and no credits spent.

It is a second, independent reading of the API's documentation: nothing here imports the rest of the
package, so that a misunderstanding in the client is not repeated on the other side. ::

    with Sandbox(latency_s=0.2) as sandbox:
        httpx.post(f"{sandbox.base_url}/tools/list-voices/execute",
                   headers={"Authorization": f"Bearer {sandbox.key}"}, json={})

A marker in a prompt asks for an accident; `MARKERS` is this table as data:

====================  ===================================================================================
``[refuse]``          the submission is refused by safety rules: 422, no task
``[forbidden]``       the plan does not allow it: 403, no task
``[crash]``           the server fails on the submission: 500 as documented, no task
``[html]``            a gateway answers the submission with an HTML page, 502, after the task was created
``[lost]``            the connection is dropped after the task was created, without an answer
``[fail]``            the task ends FAILED, not retryable
``[flaky]``           the task ends FAILED, retryable, when this input is submitted for the first time
``[fail-silently]``   the task ends FAILED without an error object
``[slow]``            the task takes four times as long
``[stuck]``           the task is never done
``[unknown-status]``  the task passes through the undocumented status QUEUED_UPSTREAM
``[early]``           the first held wait of the task returns half-way, with PROCESSING
``[cut]``             the first held wait of the task is dropped half-way, without an answer
``[two]``             the task makes two assets
``[empty]``           the asset is a file of zero bytes
``[wrong-type]``      the asset's download is an HTML page, served as text/html
``[truncated]``       the asset's first download stops half-way
``[expired]``         the asset's first signed URL has already expired
``[redirect]``        the asset's signed URL redirects to another one
====================  ===================================================================================
"""

from playcut_jupyter.sandbox.markers import MARKERS
from playcut_jupyter.sandbox.server import Sandbox

__all__ = ["MARKERS", "Sandbox"]
