# The portal for production. It holds no secret and starts no demonstration; compose.yaml shows
# how its parts work together.
# One Debian release for all stages, and PostgreSQL in the version of the server in compose.yaml.
FROM postgres:16-trixie AS postgres

FROM python:3.11-slim-trixie AS build
WORKDIR /app
COPY requirements.txt /tmp/
# The base image's pip fills it, so that none need be in it.
RUN python -m venv --without-pip /opt/portal \
    && pip --python /opt/portal/bin/python install --no-cache-dir --no-compile --require-hashes \
        -r /tmp/requirements.txt \
    && python -m compileall -q -j 0 /opt/portal/lib \
    && printf '#!/opt/portal/bin/python\nfrom portal.cli import main\n\nmain()\n' \
        > /opt/portal/bin/portal \
    && chmod +x /opt/portal/bin/portal
COPY wsgi.py ./
COPY portal portal
COPY migrations migrations
COPY translations translations
# Compiled here, so that nothing need be written where the portal runs.
RUN /opt/portal/bin/pybabel -q compile -d translations \
    && python -m compileall -q -j 0 /app

FROM python:3.11-slim-trixie
# For `portal backup`. A newer pg_dump writes what the server cannot restore, an older one refuses.
COPY --from=postgres /usr/lib/postgresql/16/bin/pg_dump /usr/local/bin/pg_dump
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpq5 liblz4-1 libzstd1 zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && pg_dump --version
# Python's own modules come uncompiled: every start and every health check would compile them again.
RUN python -m compileall -q -j 0 -x '/(site-packages|idlelib|lib2to3|tkinter|turtledemo)/' \
        /usr/local/lib/python3.11
RUN groupadd --system --gid 10001 portal \
    && useradd --system --uid 10001 --gid portal --home-dir /var/lib/portal --no-create-home portal \
    && install --directory --owner portal --group portal --mode 700 /var/lib/portal
COPY --from=build /opt/portal /opt/portal
COPY --from=build /app /app
WORKDIR /app
# Without PORTAL_DATABASE_URL the database is a file in the folder that is kept.
ENV PATH=/opt/portal/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PORTAL_INSTANCE=/var/lib/portal \
    PORTAL_DATABASE_URL=sqlite:////var/lib/portal/portal.db \
    PORTAL_HOST=0.0.0.0
USER portal
VOLUME /var/lib/portal
EXPOSE 8000
# SIGTERM lets requests that have begun come to their end.
STOPSIGNAL SIGTERM
ENTRYPOINT ["portal"]
CMD ["serve"]
