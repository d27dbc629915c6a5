"""Media: probing against ffprobe, mending against ffmpeg, and the media host."""
