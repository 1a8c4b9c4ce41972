"""The application: extensions, hooks and blueprints wired together."""

from __future__ import annotations

import time

from flask import Flask
from flask_wtf import CSRFProtect

from portal.accounts import routes as accounts_routes
from portal.accounts import security
from portal.admin import routes as admin_routes
from portal.follow import rights
from portal.follow import routes as follow_routes
from portal.manage import routes as manage_routes
from portal.manage.routes import signing
from portal.notify import news_routes as notify_news
from portal.notify import queue_routes as notify_queue
from portal.notify import routes as notify_routes
from portal.public import api as public_api
from portal.public import integrity_routes, open311
from portal.public import root as public_root
from portal.public import routes as public_routes
from portal.rate import kiosk
from portal.rate import routes as rate_routes
from portal.respond import routes as respond_routes
from portal.settings import Settings
from portal.store.clock import Clock
from portal.store.content import get_content_version
from portal.store.engine import Store
from portal.store.secrets import Secrets
from portal.web import (
    access,
    addresses,
    body,
    context,
    database,
    errors,
    formats,
    headers,
    health,
    i18n,
    logs,
    redaction_words,
    site,
    static,
    templates,
)
from portal.web import session as web_session
from portal.web.cache import PageCache
from portal.web.context import Portal
from portal.web.form_token import FormTokens

MAX_BODY = 256 * 1024  # a comment in any script fits many times; nothing is uploaded
MAX_FIELDS = 500  # every role in every department of a large city

BLUEPRINTS = (
    health.blueprint,
    public_routes.blueprint,
    public_api.blueprint,
    public_api.integrity.blueprint,
    public_api.catalogue.blueprint,
    integrity_routes.blueprint,
    open311.blueprint,
    public_root.blueprint,
    rate_routes.blueprint,
    kiosk.blueprint,
    follow_routes.blueprint,
    rights.blueprint,
    accounts_routes.blueprint,
    respond_routes.blueprint,
    manage_routes.blueprint,
    admin_routes.blueprint,
    signing.blueprint,
    notify_routes.blueprint,
    notify_news.blueprint,
    notify_queue.blueprint,
)


def create_app(settings: Settings, store: Store | None = None) -> Flask:
    """A portal with these settings; opens a store of its own unless one is given."""
    app = Flask(__name__, static_folder=None)
    addresses.register(app)
    app.config.update(
        SECRET_KEY=Secrets(settings.secret_key).key("session"),
        WTF_CSRF_CHECK_DEFAULT=False,  # checked in the signed-in areas only (accounts)
        WTF_CSRF_TIME_LIMIT=None,
    )
    portal = make_portal(settings, store or _open_store(settings))
    context.install(app, portal)
    portal.static = static.publish(app, settings.instance)
    web_session.register(app, is_https=settings.is_https)
    logs.register(app)
    body.register(app, limit=MAX_BODY, max_fields=MAX_FIELDS)
    addresses.refuse_nul(app)
    i18n.register(app, settings)
    access.register(app)
    database.register(app)
    formats.register(app)
    redaction_words.register(app)
    templates.register(app, settings.instance)
    site.register(app)
    errors.register(app)
    CSRFProtect(app)
    security.register(app)
    headers.register(app, is_https=settings.is_https, embed_origins=settings.embed_origins)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app


def _open_store(settings: Settings) -> Store:
    return Store(settings.database_url, Secrets(settings.secret_key).leaf_key)


def make_portal(settings: Settings, store: Store) -> Portal:
    """The parts that these settings ask for; the app's own hooks add what is theirs."""
    secrets = Secrets(settings.secret_key)

    def version() -> int:
        with store.read() as session:
            return get_content_version(session)

    return Portal(
        settings=settings,
        store=store,
        clock=Clock(settings.zone, settings.clock_file),
        secrets=secrets,
        tokens=FormTokens(secrets.key("form-token")),
        pages=PageCache(version, time.monotonic),
    )
