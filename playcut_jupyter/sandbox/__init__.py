"""A sandbox: the documented Playcut API on this machine. It makes its own media and spends no credits.

It is a second, independent implementation of the API's documentation. Nothing here imports the rest of the
package, so a misunderstanding in the client is not repeated on the server's side. ::

    with Sandbox(latency_s=0.2) as sandbox:
        httpx.post(f"{sandbox.base_url}/tools/list-voices/execute",
                   headers={"Authorization": f"Bearer {sandbox.key}"}, json={})

A marker in a prompt simulates a failure or another special case. `MARKERS` is this table as data:

====================  ===================================================================================
``[refuse]``          the submission is refused by safety rules: 422, no task
``[forbidden]``       the plan does not include the tool: 403, no task
``[crash]``           the server fails on the submission: 500 as documented, no task
``[html]``            a gateway answers the submission with an HTML page, 502, after the task was created
``[lost]``            the connection is dropped after the task was created, without a response
``[fail]``            the task ends FAILED, not retryable
``[flaky]``           the task ends FAILED, retryable, the first time this input is submitted
``[fail-silently]``   the task ends FAILED without an error object
``[slow]``            the task takes four times as long
``[stuck]``           the task never ends
``[unknown-status]``  the task passes through the undocumented status QUEUED_UPSTREAM
``[early]``           the first wait-for-task request returns at half the latency, with PROCESSING
``[cut]``             the first wait-for-task request is dropped at half the latency, without a response
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
