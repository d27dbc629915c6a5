"""Every page of the portal."""

from tiktok_emulator.portal.apps import ROUTES as APPS
from tiktok_emulator.portal.deliveries import ROUTES as DELIVERIES
from tiktok_emulator.portal.properties import ROUTES as PROPERTIES

ROUTES = [*APPS, *PROPERTIES, *DELIVERIES]
