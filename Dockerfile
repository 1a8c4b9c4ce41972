# The portal for production. It holds no secret and starts no demonstration; compose.yaml shows
# how its parts work together.
# One Debian release for all stages, and PostgreSQL in the version of the server in compose.yaml.
FROM postgres:16-trixie AS postgres

FROM python:3.11-slim-trixie AS build
WORKDIR /app
COPY requirements.txt ./
RUN python -m venv /opt/portal \
    && /opt/portal/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
COPY wsgi.py ./
COPY portal portal
COPY migrations migrations
COPY translations translations
# Compiled here, so that nothing need be written where the portal runs.
RUN /opt/portal/bin/pybabel -q compile -d translations \
    && /opt/portal/bin/python -m compileall -q -j 0 /opt/portal/lib /app

FROM python:3.11-slim-trixie
# For `portal backup`. A newer pg_dump writes what the server cannot restore, an older one refuses.
COPY --from=postgres /usr/lib/postgresql/16/bin/pg_dump /usr/local/bin/pg_dump
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpq5 liblz4-1 libzstd1 zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && pg_dump --version
RUN useradd --system --uid 10001 --home-dir /var/lib/portal --create-home portal
COPY --from=build /opt/portal /opt/portal
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/opt/portal/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PORTAL_INSTANCE=/var/lib/portal \
    PORTAL_HOST=0.0.0.0
USER portal
VOLUME /var/lib/portal
EXPOSE 8000
# SIGTERM lets requests that have begun come to their end.
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m", "portal.cli"]
CMD ["serve"]
