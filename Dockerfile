# The first stage builds the page and the wheel with the whole locked environment. The second gets what running needs,
# at the versions and hashes of the same lock.
FROM python:3.11-slim AS build
WORKDIR /build
COPY tools/bootstrap.lock tools/
RUN pip install --no-cache-dir --require-hashes -r tools/bootstrap.lock
COPY requirements.lock ./
RUN uv venv && uv pip sync --require-hashes requirements.lock
COPY . .
RUN uv build --wheel --no-build-isolation --python .venv/bin/python --out-dir dist . \
    && uv venv --no-project /opt/outlay \
    && uv pip install --python /opt/outlay --constraints requirements.lock dist/outlay-*.whl

FROM python:3.11-slim
RUN useradd --system --create-home --home-dir /var/lib/outlay --uid 5002 outlay
COPY --from=build /opt/outlay /opt/outlay
ENV PATH=/opt/outlay/bin:$PATH PYTHONUNBUFFERED=1
USER outlay
WORKDIR /var/lib/outlay
RUN mkdir -m 0700 data
VOLUME /var/lib/outlay/data
EXPOSE 5002
# A first start makes its database and a start after a crash recovers it, which may take longer than an ordinary one.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:5002/readyz', timeout=2)"]
STOPSIGNAL SIGTERM
CMD ["outlay", "serve", "--host", "0.0.0.0", "--port", "5002", "--data-dir", "data"]
