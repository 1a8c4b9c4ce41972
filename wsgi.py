"""The WSGI application, for any server: `wsgi:application`, settings from the environment."""

from portal.app import create_app
from portal.settings import load_settings
from portal.web import logs

logs.configure()
application = create_app(load_settings())
