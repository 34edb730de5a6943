# The role of the gateway: it may read the suppliers' tables and nothing else.
mariadb -uroot -p"$MARIADB_ROOT_PASSWORD" -e "
  create user 'moonbox'@'%' identified by '$(cat /run/rtdp/gateway)';
  grant select on suppliers.* to 'moonbox'@'%';"
