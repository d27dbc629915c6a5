"""What goes wrong with a media file."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from postwright.errors import Advice, BadInput, Conflict, Misconfigured, NotFound, StorageTrouble


class MediaNotFound(NotFound):
    """There is no such file."""

    code: ClassVar[str] = "media_not_found"

    def __init__(self, path: Path, why: str = "") -> None:
        super().__init__(
            f"{path} does not exist.",
            why=why or "There is no file of this name.",
            fix="Check the path; a relative one starts in the current folder.",
        )
        self.path = path


class MediaUnreadable(BadInput):
    """The file is there, but is no video or photo that can be read."""

    code: ClassVar[str] = "media_unreadable"

    def __init__(self, path: Path, why: str, *, fix: str = "") -> None:
        super().__init__(
            f"{path.name} cannot be used.",
            why=why,
            fix=fix
            or "Open it to see whether it is whole, export it again as MP4 or JPEG, and try again.",
        )
        self.path = path


class ProbeUnusable(Misconfigured):
    """The program that looks into files does not start; the file has nothing to do with it."""

    code: ClassVar[str] = "probe_unusable"

    def __init__(self, program: str, status: int) -> None:
        super().__init__(
            "No file can be looked into on this machine.",
            why=f"{program} does not start by itself (status {status}).",
            fix="Install Postwright again with a Python that runs without help.",
        )


class MediaChanged(BadInput):
    """The file was written to while it was being copied; nothing of it was kept."""

    code: ClassVar[str] = "media_changed"
    advice: ClassVar[Advice] = Advice.RETRY

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            f"{path.name} changed while it was being copied.",
            why=why,
            fix="Wait until the program that writes it has finished, and try again.",
        )
        self.path = path


class StorageFull(StorageTrouble):
    """The disk of the media folder has no room for the file; nothing of it was kept."""

    code: ClassVar[str] = "storage_full"

    def __init__(self, folder: Path, *, needed_bytes: int, free_bytes: int) -> None:
        super().__init__(
            f"There is no room in the media folder {folder}.",
            why=f"{needed_bytes:,} bytes are needed, with the reserve that is to stay free; "
            f"{free_bytes:,} are free.",
            fix="Free some space, or set POSTWRIGHT_MEDIA__FOLDER to a larger disk. "
            "POSTWRIGHT_MEDIA__RESERVE_BYTES is the reserve.",
        )
        self.folder = folder
        self.needed_bytes = needed_bytes
        self.free_bytes = free_bytes


class StorageUnusable(StorageTrouble):
    """The media folder cannot be written or read."""

    code: ClassVar[str] = "storage_unusable"

    def __init__(self, folder: Path, error: OSError) -> None:
        super().__init__(
            f"The media folder {folder} cannot be used.",
            why=f"{error.filename or folder}: {error.strerror or error}.",
            fix="Make it writable for this user, or set POSTWRIGHT_MEDIA__FOLDER to another one.",
        )
        self.folder = folder


class StorageAway(StorageTrouble):
    """The bucket cannot be reached now, or its server is in trouble; trying again may help."""

    code: ClassVar[str] = "storage_away"
    advice: ClassVar[Advice] = Advice.RETRY

    def __init__(self, url: str, why: str) -> None:
        super().__init__(
            f"The media store {url} does not answer.",
            why=why,
            fix="Is it running, and is POSTWRIGHT_MEDIA__ENDPOINT right? What was scheduled waits "
            "for it; a command can simply be given again.",
        )


class StorageRefused(StorageTrouble):
    """The bucket is not there, or the credentials are not good for what was asked."""

    code: ClassVar[str] = "storage_refused"

    def __init__(self, url: str, why: str, fix: str) -> None:
        super().__init__(f"The media store {url} cannot be used.", why=why, fix=fix)


class MediaMissing(StorageTrouble):
    """The store does not have a file that it should have."""

    code: ClassVar[str] = "media_missing"

    def __init__(self, workspace_id: str, sha256: str, place: str) -> None:
        super().__init__(
            f"The media file {sha256[:12]}… is not in the store.",
            why=f"{place} has no such file for workspace {workspace_id}.",
            fix="Add the file again.",
            command="postwright media add FILE",
        )
        self.sha256 = sha256


class MediaDamaged(StorageTrouble):
    """The bytes in the store are not the ones that were kept."""

    code: ClassVar[str] = "media_damaged"

    def __init__(self, sha256: str, why: str) -> None:
        super().__init__(
            f"The media file {sha256[:12]}… has changed in the store.",
            why=why,
            fix="Remove it there and add the file again.",
            command="postwright media add FILE",
        )
        self.sha256 = sha256


class QuotaReached(StorageTrouble):
    """The workspace may not have as much media as it would with this file."""

    code: ClassVar[str] = "media_quota"

    def __init__(self, name: str, *, size_bytes: int, used_bytes: int, quota_bytes: int) -> None:
        super().__init__(
            f"There is no room for {name} in this workspace.",
            why=f"It has {size_bytes:,} bytes; {used_bytes:,} of {quota_bytes:,} are used.",
            fix="Remove what is not needed, or allow more (POSTWRIGHT_MEDIA__QUOTA_BYTES, for all "
            "workspaces).",
            command="postwright media rm ID, or postwright media limits --quota BYTES",
        )
        self.size_bytes = size_bytes
        self.used_bytes = used_bytes
        self.quota_bytes = quota_bytes


class NoSuchMedia(NotFound):
    """No media file has this id, or it was removed."""

    code: ClassVar[str] = "unknown_media"

    def __init__(self, wanted: str, why: str = "") -> None:
        super().__init__(
            f"There is no media file {wanted}.",
            why=why,
            fix="The list of media has what there is.",
            command="postwright media list",
        )


class MediaNeeded(Conflict):
    """Something that is not over needs the file."""

    code: ClassVar[str] = "media_needed"

    def __init__(self, name: str, needed_by: Sequence[str]) -> None:
        super().__init__(
            f"{name} cannot be removed: it is needed.",
            why="Needed by " + "; ".join(needed_by) + ".",
            fix="Wait until that is over, or cancel it first.",
            command="postwright cancel POST",
        )


class NoSuchUpload(NotFound):
    """There is no such upload, or its address was not made here."""

    code: ClassVar[str] = "unknown_upload"

    def __init__(self) -> None:
        super().__init__(
            "There is no such upload.",
            why="The address was changed on its way, or was never made here.",
            fix="Announce the file and send it to the address that is given.",
        )


class UploadExpired(Conflict):
    """The upload's address is not good any more."""

    code: ClassVar[str] = "upload_expired"
    advice: ClassVar[Advice] = Advice.FIX

    def __init__(self, why: str) -> None:
        super().__init__(
            "The upload's address has expired.",
            why=why,
            fix="Announce the file again, and send it to the new address.",
        )


class UploadUsed(Conflict):
    """Another file came to this address before, or what came was refused."""

    code: ClassVar[str] = "upload_used"
    advice: ClassVar[Advice] = Advice.FIX

    def __init__(self, why: str) -> None:
        super().__init__(
            "The upload's address was used.",
            why=why,
            fix="Announce the file again, and send it to the new address.",
        )


class TypeNotTaken(BadInput):
    """The file is declared as something that is neither a video nor a photo, or is another one."""

    code: ClassVar[str] = "media_type"

    def __init__(self, why: str) -> None:
        super().__init__(
            "This kind of file is not taken.",
            why=why,
            fix="Send a video (video/mp4, video/quicktime, video/webm) or a photo (image/jpeg, "
            "image/png, image/webp), declared as what it is.",
        )


class TooLarge(BadInput):
    """The file is larger than one may be."""

    code: ClassVar[str] = "media_too_large"

    def __init__(self, size_bytes: int, most_bytes: int) -> None:
        super().__init__(
            "The file is too large.",
            why=f"It has {size_bytes:,} bytes or more; {most_bytes:,} are allowed.",
            fix="Make it smaller, or allow more: POSTWRIGHT_MEDIA__FILE_BYTES.",
        )


class SizeDiffers(BadInput):
    """The file has another size than was announced."""

    code: ClassVar[str] = "media_size"

    def __init__(self, size_bytes: int, announced_bytes: int) -> None:
        super().__init__(
            "The file has another size than was announced.",
            why=f"It has {size_bytes:,} bytes; {announced_bytes:,} were announced.",
            fix="Send all of it and nothing more, or announce it again with its size.",
        )
