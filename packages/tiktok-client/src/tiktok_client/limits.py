"""TikTok's numbers, as its pages state them or as they were observed. Each one is a row of `spec/`.

Source: content-posting-api-media-transfer-guide, content-posting-api-reference-direct-post,
content-sharing-guidelines (all 2026-09-11), -query-creator-info and -get-video-status (2026).
"""

from datetime import timedelta

# See spec: posting.init.chunk-range
MIN_CHUNK_BYTES = 5_242_880
MAX_CHUNK_BYTES = 67_108_864
# See spec: upload.put.last-chunk-size
MAX_LAST_CHUNK_BYTES = 134_217_728
# See spec: posting.init.max-chunks
MAX_CHUNKS = 1000
# See spec: posting.init.size-limit, media.video.size
MAX_VIDEO_BYTES = 4_294_967_296
# See spec: posting.init.title-length
MAX_TITLE_UNITS = 2200
# See spec: photo.init.title-length, photo.init.description-length, photo.init.photo-count
MAX_PHOTO_TITLE_UNITS = 90
MAX_DESCRIPTION_UNITS = 4000
MAX_PHOTOS = 35
# See spec: posting.init.upload-url-lifetime
UPLOAD_URL_LIFETIME = timedelta(hours=1)

# See spec: limits.init-per-minute, limits.creator-info-per-minute, limits.status-per-minute
# See spec: limits.window
INITS_PER_WINDOW = 6
CREATOR_INFOS_PER_WINDOW = 20
STATUSES_PER_WINDOW = 30
RATE_WINDOW = timedelta(seconds=60)
# See spec: limits.daily-posts, limits.unaudited-users
TYPICAL_DAILY_POSTS = 15
UNAUDITED_USERS_PER_DAY = 5
# See spec: limits.pending-shares
PENDING_SHARES = 5

# See spec: limits.display-per-minute
DISPLAY_PER_WINDOW = 600
# See spec: display.video-list.max-count, display.video-query.ids-max
MAX_VIDEOS_PER_PAGE = 20
MAX_QUERIED_VIDEOS = 20
# TikTok leaves the age of a webhook's signature to its receiver; five minutes is what most take.
WEBHOOK_AGE = timedelta(minutes=5)

# See spec: oauth.redirect.length, oauth.redirect.count
MAX_REDIRECT_CHARS = 511
MAX_REDIRECTS = 10
# See spec: oauth.pkce.verifier-length
MIN_VERIFIER_CHARS = 43
MAX_VERIFIER_CHARS = 128

# See spec: media.video.formats, media.video.codecs, media.video.fps, media.video.sides
VIDEO_FORMATS = ("mp4", "webm", "mov")
VIDEO_CODECS = ("h264", "hevc", "vp8", "vp9")
MIN_FRAMES_PER_SECOND = 23
MAX_FRAMES_PER_SECOND = 60
MIN_SIDE_PIXELS = 360
MAX_SIDE_PIXELS = 4096
# See spec: media.photo.formats, media.photo.short-side, media.photo.size
PHOTO_FORMATS = ("jpeg", "webp")
MAX_PHOTO_SHORT_SIDE_PIXELS = 1080
MAX_PHOTO_BYTES = 20_971_520
# See spec: upload.put.content-type
UPLOAD_CONTENT_TYPES = ("video/mp4", "video/quicktime", "video/webm")
