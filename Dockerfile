# The suite, with the reference server and the broken servers, as one command:
#   docker build -t upsertspec .
#   docker run --rm -e UPSERTSPEC_TOKEN_EDITOR upsertspec run https://api.example.com
FROM python:3.13-slim AS build
WORKDIR /src
COPY . .
# The environment has no pip, and the build tools are not part of it.
RUN python -m venv --without-pip /opt/upsertspec && \
    pip --python /opt/upsertspec/bin/python install --no-cache-dir --disable-pip-version-check . && \
    mkdir /work

FROM python:3.13-slim
LABEL org.opencontainers.image.title="upsertspec" \
      org.opencontainers.image.description="The executable specification of upsert, create-or-update over HTTP" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/upsertspec /opt/upsertspec
COPY --from=build --chown=10001:10001 /work /work
ENV PATH="/opt/upsertspec/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/work
USER 10001:10001
WORKDIR /work
ENTRYPOINT ["upsertspec"]
CMD ["--help"]
